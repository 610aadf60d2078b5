import Type, { type Static } from 'typebox';
import { orNull, type roles, TextOrNull, TimeOrNull, words } from './wire.ts';
import { Agent } from './wire-tools.ts';

/** What an admin sets: how the widget looks and when somebody is there, the sites, the team, and keys for programs. */

const Text = (characters: number) => Type.Optional(Type.String({ maxLength: characters }));

/** What is not set is left out, and the widget's own words stand. */
export const Look = Type.Object(
  {
    title: Text(100),
    color: Type.Optional(Type.String({ maxLength: 7, examples: ['#0f766e'] })),
    theme: Type.Optional(words(['light', 'dark', 'auto'])),
    side: Type.Optional(words(['start', 'end'])),
    locale: Text(35),
    greeting: Text(500),
    topics: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 20 })),
    faq: Type.Optional(
      Type.Array(
        Type.Object({
          question: Type.String({ minLength: 1, maxLength: 300 }),
          answer: Type.String({ minLength: 1, maxLength: 2000 }),
        }),
        { maxItems: 30 },
      ),
    ),
    ask: Type.Optional(Type.Array(words(['name', 'email', 'phone']), { maxItems: 3 })),
    reply_minutes: Type.Optional(
      Type.Union([Type.Integer({ minimum: 1, maximum: 10_080 }), Type.Null()], {
        description: 'Left out: measured, the median first response of the last seven days.',
      }),
    ),
    category: Text(100),
  },
  { title: 'Look' },
);

const ClockTime = Type.String({ maxLength: 5, examples: ['09:00'] });

export const Hours = Type.Object(
  {
    timezone: Type.String({ maxLength: 64, examples: ['Europe/Kyiv'] }),
    weekly: Type.Array(
      Type.Object({
        day: Type.Integer({ description: '1 is Monday, 7 is Sunday.' }),
        from: ClockTime,
        to: Type.String({ maxLength: 5, description: 'Later than `from`, at most 24:00.', examples: ['18:00'] }),
      }),
      { maxItems: 50 },
    ),
    holidays: Type.Optional(Type.Array(Type.String({ maxLength: 10, examples: ['2026-12-25'] }), { maxItems: 400 })),
  },
  { title: 'Hours' },
);

const settings = { look: orNull(Look), hours: orNull(Hours) };

export const WidgetDefaults = Type.Object({ look: Look, hours: orNull(Hours) }, { title: 'WidgetDefaults' });
export const WidgetDefaultsBody = Type.Object({ look: Type.Optional(Look), hours: Type.Optional(orNull(Hours)) });

/** What a page asks for before its widget opens. */
export const WidgetSettings = Type.Object(
  {
    key: TextOrNull,
    socket_path: Type.String(),
    widget: Type.Object({
      ...Look.properties,
      hours: orNull(
        Type.Object({
          is_open: Type.Boolean(),
          opens_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
            description: 'When somebody is there again, in UTC; null while somebody is, or when nobody ever will be.',
          }),
          timezone: Type.String(),
        }),
      ),
    }),
  },
  { title: 'WidgetSettings' },
);

export const Site = Type.Object(
  {
    domain: Type.String(),
    name: TextOrNull,
    allowed_origins: Type.Array(Type.String()),
    ...settings,
    has_identity_secret: Type.Boolean(),
  },
  { title: 'Site' },
);
const Origins = Type.Array(Type.String({ maxLength: 255 }), { maxItems: 50 });
export const SiteBody = Type.Object({
  name: Type.Optional(orNull(Type.String({ maxLength: 255 }))),
  allowed_origins: Type.Optional(Origins),
  look: Type.Optional(settings.look),
  hours: Type.Optional(settings.hours),
});
export const SiteParams = Type.Object({ domain: Type.String({ minLength: 1, maxLength: 255 }) });
export const IdentitySecret = Type.Object({ identity_secret: Type.String() }, { title: 'IdentitySecret' });

export const TeamMember = Type.Object(
  {
    ...Agent.properties,
    is_blocked: Type.Boolean(),
    invited: Type.Boolean({ description: 'A link to set the password is out and has not been used.' }),
  },
  { title: 'TeamMember' },
);
const teamRoles = words(['agent', 'supervisor', 'admin'] satisfies (typeof roles)[number][]);
const SiteDomain = orNull(Type.String({ maxLength: 255 }));
export const TeamMemberBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  email: Type.String({ minLength: 1, maxLength: 255 }),
  role: teamRoles,
  site_domain: Type.Optional(SiteDomain),
});
export const TeamMemberChanges = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  role: Type.Optional(teamRoles),
  site_domain: Type.Optional(SiteDomain),
  is_blocked: Type.Optional(Type.Boolean()),
});

export const ApiKey = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    kind: words(['server', 'publishable']),
    api_key: Type.String(),
    allowed_origins: Type.Array(Type.String()),
    site_domain: TextOrNull,
    is_active: Type.Boolean(),
    last_used_at: TimeOrNull,
    created_at: TimeOrNull,
  },
  { title: 'ApiKey' },
);
export const NewApiKey = Type.Object(
  {
    ...ApiKey.properties,
    api_secret: Type.Union([Type.String(), Type.Null()], {
      description: 'Shown this once; null for a publishable key, which has none.',
    }),
  },
  { title: 'NewApiKey' },
);
export const ApiKeyBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  kind: Type.Optional(words(['server', 'publishable'])),
  allowed_origins: Type.Optional(Origins),
  site_domain: Type.Optional(SiteDomain),
});

export type WireLook = Static<typeof Look>;
export type WireHours = Static<typeof Hours>;
export type WireWidgetDefaults = Static<typeof WidgetDefaults>;
export type WireWidgetSettings = Static<typeof WidgetSettings>;
export type WireSite = Static<typeof Site>;
export type WireTeamMember = Static<typeof TeamMember>;
export type WireApiKey = Static<typeof ApiKey>;
export type WireNewApiKey = Static<typeof NewApiKey>;
