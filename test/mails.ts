/** A mail as the mailbox for developers shows it. */
export type ReceivedMail = { subject: string; text: string; html: string; headers: Record<string, string> }

export const mailsAt = async (port: number, email: string): Promise<ReceivedMail[]> => {
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages?to=${encodeURIComponent(email)}`)
  const { messages } = (await answer.json()) as { messages: ReceivedMail[] }
  return messages
}
