import { useNitroApp } from 'nitro/app'
import { serve } from './server/serve.ts'

serve((request) => useNitroApp().fetch(request))
