// Libraries that the documentation's examples use beside this one.
declare module "@auth0/auth0-spa-js";
declare module "keycloak-js";
declare module "@tanstack/react-query";
declare module "axios";
declare module "ky";
declare module "zustand";
declare module "zustand/middleware";
declare module "redux-persist";
declare module "redux-persist/lib/storage";
declare module "express";
declare module "hono";
