import * as v from 'valibot'

export const Problem = v.object({
  code: v.string(),
  errors: v.array(v.object({ message: v.string(), field: v.optional(v.string()) })),
})
