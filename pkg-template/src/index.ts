export { open } from "./open.js";
export { map } from "./map.js";
export { set } from "./set.js";
export { object } from "./object.js";
export { HoldallError } from "./error.js";
export { internal } from "./internal.js";

export type { App } from "./client.js";
export type { HoldallErrorCode } from "./error.js";
export type {
  CorruptEvent,
  Events,
  NewerVersionEvent,
  RefreshEvent,
  RequestEvent,
  SessionChangedEvent,
  SessionEvent,
  StorageFullEvent,
} from "./events.js";
export type { MapOptions, MapSlice } from "./map.js";
export type { ObjectOptions, ObjectSlice } from "./object.js";
export type {
  Audience,
  Auth,
  CookieAuth,
  OpenOptions,
  Rule,
  Rules,
  Send,
  SendAs,
  SourceAuth,
  SourceRequest,
  TokenAuth,
} from "./options.js";
export type { SchemaResult, StandardSchema } from "./schema.js";
export type { Session, SessionStatus, TokenResponse, User } from "./session.js";
export type { SetOptions, SetSlice } from "./set.js";
export type { Adopt, SliceDefinition, SliceOptions, StorageArea } from "./slice.js";
export type { Encodable, Frozen, Json, NumberField, Scalar, Unsubscribe } from "./types.js";
