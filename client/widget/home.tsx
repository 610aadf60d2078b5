import { useState } from 'react';
import { useSurroundings } from './context.ts';

/** Before the first word: a greeting, topics to begin with, and answers that need nobody. */
export function Home({ onTopic }: { onTopic(topic: string): void }) {
  const { settings, language } = useSurroundings();
  const { say, locale } = language;
  const { topics = [], faq = [] } = settings;
  const [query, setQuery] = useState('');
  const folded = query.trim().toLocaleLowerCase(locale);
  const found = faq.filter(({ question, answer }) =>
    `${question} ${answer}`.toLocaleLowerCase(locale).includes(folded),
  );
  return (
    <div className="home">
      <p className="greeting" dir="auto">
        {settings.greeting ?? say('greeting')}
      </p>
      {topics.length > 0 && (
        <section aria-label={say('topics')}>
          <p className="hint">{say('topics')}</p>
          <div className="topics">
            {topics.map((topic) => (
              <button key={topic} type="button" dir="auto" onClick={() => onTopic(topic)}>
                {topic}
              </button>
            ))}
          </div>
        </section>
      )}
      {faq.length > 0 && (
        <section aria-label={say('faq')}>
          <label className="field">
            <span>{say('faq')}</span>
            <input
              type="search"
              dir="auto"
              value={query}
              placeholder={say('search')}
              onInput={(event) => setQuery(event.currentTarget.value)}
            />
          </label>
          {found.map(({ question, answer }) => (
            <details key={question}>
              <summary dir="auto">{question}</summary>
              <p className="answer" dir="auto">
                {answer}
              </p>
            </details>
          ))}
          {found.length === 0 && <p className="hint">{say('noAnswers')}</p>}
        </section>
      )}
    </div>
  );
}
