// Redux Toolkit with redux-persist, as both document it together.
import { combineReducers, configureStore, createSlice } from "@reduxjs/toolkit";
import { FLUSH, PAUSE, PERSIST, PURGE, REGISTER, REHYDRATE, persistReducer, persistStore } from "redux-persist";
import storage from "redux-persist/lib/storage";

/** It has no way to hear of other tabs. */
export const alone = true;

const { actions, reducer } = createSlice({
  name: "cart",
  initialState: {},
  reducers: {
    changed: (cart, { payload: key }) => void cart[key].qty++,
    added: (cart, { payload: { key, line } }) => void (cart[key] = line),
    filled: (cart, { payload: lines }) => void Object.assign(cart, lines),
  },
});

export async function open() {
  const store = configureStore({
    reducer: persistReducer({ key: "root", storage }, combineReducers({ cart: reducer })),
    middleware: (defaults) =>
      defaults({ serializableCheck: { ignoredActions: [FLUSH, REHYDRATE, PAUSE, PERSIST, PURGE, REGISTER] } }),
  });
  await new Promise((resolve) => persistStore(store, null, resolve));
  const cart = () => store.getState().cart;
  return {
    change: (key) => store.dispatch(actions.changed(key)),
    add: (key, line) => store.dispatch(actions.added({ key, line })),
    fill: (lines) => store.dispatch(actions.filled(Object.fromEntries(lines))),
    read: (key) => cart()[key],
    snapshot: cart,
    count: () => Object.keys(cart()).length,
    subscribe: (listener) => store.subscribe(listener),
  };
}
