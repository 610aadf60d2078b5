import { useLanguage } from '../frame/surroundings.ts';

export default function Settings() {
  const { say } = useLanguage();
  return <h1 className="p-6 text-lg font-semibold">{say('settings')}</h1>;
}
