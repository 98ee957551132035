import { mount, StartClient } from '@solidjs/start/client'
import { isLanguage } from './i18n/languages.ts'
import { loadMessages } from './i18n/messages.ts'

const { lang } = document.documentElement
await loadMessages(isLanguage(lang) ? lang : 'en', location.pathname)
mount(() => <StartClient />, document)
