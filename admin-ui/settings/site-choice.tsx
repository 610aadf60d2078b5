import { ChoiceField } from './fields.tsx';
import { useSetting } from './settings-api.ts';
import { useWords } from './words.ts';

interface Props {
  label: string;
  /** Null: every site. */
  site: string | null;
  fault?: string | undefined;
  hint?: string;
  onChange(site: string | null): void;
}

/** One of the sites, or all of them. */
export function SiteChoice({ label, site, onChange, ...rest }: Props) {
  const words = useWords();
  const { data: sites = [] } = useSetting('sites');
  const domains = new Set([...sites.map(({ domain }) => domain), ...(site === null ? [] : [site])]);
  return (
    <ChoiceField
      label={label}
      value={site ?? ''}
      options={[['', words('all sites')], ...[...domains].map((domain) => [domain, domain] as const)]}
      onChange={(chosen) => onChange(chosen === '' ? null : chosen)}
      {...rest}
    />
  );
}
