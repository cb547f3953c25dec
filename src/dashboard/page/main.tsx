import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme, storedTheme } from './theme.ts';
import './style.css';

applyTheme(storedTheme());
render(<App />, document.getElementById('app')!);
