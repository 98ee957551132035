const stripeScripts = 'https://js.stripe.com https://*.js.stripe.com'

/** What Stripe's own form needs (https://docs.stripe.com/security/guide): where it is not shown, nothing of it may load. */
const stripePolicy = {
  scripts: ` ${stripeScripts}`,
  images: ' https://*.stripe.com',
  calls: ' https://api.stripe.com',
  frames: [`frame-src ${stripeScripts} https://hooks.stripe.com`],
  payment: '(self "https://js.stripe.com")',
}
const noStripePolicy = { scripts: '', images: '', calls: '', frames: [], payment: '()' }

/** Headers of every page. The pages have no style attributes, so styles need no exception. */
export const securityHeaders = (nonce: string, publicOrigin: string, paysAtStripe = false): Record<string, string> => {
  const isSecure = publicOrigin.startsWith('https:')
  const stripe = paysAtStripe ? stripePolicy : noStripePolicy
  return {
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'nonce-${nonce}' 'strict-dynamic'${stripe.scripts}`,
      `style-src 'self' 'nonce-${nonce}'`,
      `img-src 'self' data:${stripe.images}`,
      "font-src 'self'",
      `connect-src 'self'${stripe.calls}`,
      ...stripe.frames,
      "manifest-src 'self'",
      // The one of public/ticket-worker.js.
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      ...(isSecure ? ['upgrade-insecure-requests'] : []),
    ].join('; '),
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': `camera=(), geolocation=(), microphone=(), payment=${stripe.payment}, usb=()`,
    'cache-control': 'private, no-store',
    ...(isSecure ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  }
}
