import type { Look } from '../../support/look.ts';
import type { Site } from '../../support/sites.ts';
import type { ShownWidget } from '../../support/widget.ts';
import type { WireLook, WireSite, WireWidgetSettings } from './wire-settings.ts';

/** What is set, as the wire spells it. */

export function presentLook({ replyMinutes, ...look }: Look): WireLook {
  return { ...look, ...(replyMinutes === undefined ? {} : { reply_minutes: replyMinutes }) };
}

export function lookFrom({ reply_minutes: replyMinutes, ...look }: WireLook): Look {
  return { ...look, ...(typeof replyMinutes === 'number' ? { replyMinutes } : {}) };
}

export function presentSite({ domain, name, allowedOrigins, look, hours, hasIdentitySecret }: Site): WireSite {
  return {
    domain,
    name,
    allowed_origins: allowedOrigins,
    look: look && presentLook(look),
    hours,
    has_identity_secret: hasIdentitySecret,
  };
}

export function presentWidget({ look, hours }: ShownWidget): WireWidgetSettings['widget'] {
  return {
    ...presentLook(look),
    hours: hours && {
      is_open: hours.isOpen,
      opens_at: hours.opensAt === null ? null : new Date(hours.opensAt).toISOString(),
      timezone: hours.timezone,
    },
  };
}
