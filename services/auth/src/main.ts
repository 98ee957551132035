import { runService } from '@fairpass/sdk/service/run'
import { composeAuth } from './compose.ts'
import { readAuthConfig } from './config.ts'
import { createSmtpSender } from './mail/smtp.ts'
import { argon2id } from './password/argon2id.ts'
import { createPayments } from './peers/payments.ts'

await runService(
  'auth',
  () => readAuthConfig(process.env),
  ({ config, db, dapr, log, service }) => {
    const { SMTP_URL: url, MAIL_FROM: from, PUBLIC_ORIGIN: publicOrigin } = config
    if (!url) log.warn('SMTP_URL is not set: mails wait until it is')
    const sender = url ? createSmtpSender({ url, from, publicOrigin }) : undefined
    const payments = createPayments(dapr)
    return composeAuth({
      config,
      db,
      dapr,
      log,
      service,
      hasher: argon2id,
      publishAll: dapr.publishAll,
      sender,
      payments,
    })
  },
)
