// What the documentation's examples take for granted: the client of the first page, and functions of the reader's own.
import type { Clock, TestBrowser } from "holdall/testing";
import type { ReactNode } from "react";
import type { Component } from "vue";
import type { App, MapSlice, ObjectSlice, SetSlice, TokenResponse } from "holdall";

declare global {
  interface Line {
    title: string;
    price: number;
    qty: number;
  }
  interface Filters {
    inStock: boolean;
  }
  interface Slices {
    cart: MapSlice<Line>;
    saved: MapSlice<Line>;
    filters: ObjectSlice<{ inStock: boolean; text?: string; tags?: string[] }>;
    visits: ObjectSlice<{ count: number }>;
    blocked: SetSlice<string>;
  }
  const app: App<Slices>;
  const client: App<Slices>;
  const state: Slices;
  const browser: TestBrowser<Slices>;
  const clock: Clock;
  const sku: string;
  const line: Line;
  const messages: readonly { from: string }[];
  const error: unknown;
  const request: Request;
  const response: Response;
  const res: import("holdall/server").NodeResponse;
  const socket: WebSocket;
  const form: HTMLFormElement;
  const root: HTMLElement;
  const badge: HTMLElement;
  const signInForm: HTMLElement;
  const greeting: HTMLElement;
  const auth0: { getTokenSilently(): Promise<string> };
  const Shop: Component;
  function Cart(): ReactNode;
  function SignIn(): ReactNode;
  function createRoot(element: Element): { render(what: ReactNode): void };
  function createApp(component: Component): import("vue").App;
  const computed: typeof import("vue").computed;
  function afterEach(body: () => void): void;
  const tab: TestBrowser<Slices>["tab"];
  function settled(): Promise<void>;
  function greet(user: object | undefined): void;
  function show(): void;
  function hideTheRest(): void;
  function renderLine(sku: string): void;
  function renderList(): void;
  function renderInbox(): void;
  const tokenResponse: TokenResponse;
  const hydrating: boolean;
  const username: string;
  const password: string;
  const token: string;
  const sharedComputer: { checked: boolean };
  const rootReducer: (state: object) => object;
  function draw(...what: unknown[]): void;
  function drawLine(sku: string): void;
  function drawTotal(total: number): void;
  function find(blocked: readonly string[], filters: object): object[];
  function messagesWithout(senders: readonly string[]): object[];
  function order(cart: unknown): object;
  function renewed(): Promise<object>;
  function showOrder(order: unknown): void;
  function showSignIn(): void;
  function test(name: string, body: () => void | Promise<void>): void;
  function expect<T>(value: T): { toBe(other: T): void };
}
