/** The `max` entries that were put in last, by their ids. */
export const createRecent = <T extends { id: string }>(max: number) => {
  const byId = new Map<string, T>()
  return {
    get: (id: string) => byId.get(id),
    put: (entity: T): T => {
      byId.delete(entity.id)
      byId.set(entity.id, entity)
      const [oldest] = byId.size > max ? byId.keys() : []
      if (oldest !== undefined) byId.delete(oldest)
      return entity
    },
    drop: (id: string) => byId.delete(id),
  }
}
