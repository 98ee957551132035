/** Redis accepts commands: it answers PING, or asks for its password. While it still loads its data it does not. */
export const redisAnswers = async (port: number): Promise<boolean> => {
  const answered = Promise.withResolvers<boolean>()
  const socket = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    socket: {
      open: (open) => void open.write('PING\r\n'),
      data: (_, data) => answered.resolve(/^(\+PONG|-NOAUTH)/.test(data.toString())),
      error: (_, error) => answered.reject(error),
      close: () => answered.resolve(false),
    },
  })
  const timer = setTimeout(() => answered.resolve(false), 1_000)
  try {
    return await answered.promise
  } finally {
    clearTimeout(timer)
    socket.end()
  }
}
