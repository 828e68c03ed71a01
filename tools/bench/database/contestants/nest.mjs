// Decorators are applied by hand, as this file is run as it stands.
import 'reflect-metadata';
import { BadRequestException, Controller, Get, Inject, Injectable, Module, NotFoundException, Param, ParseUUIDPipe, Query, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { etagOf, missing, readList, refused, success } from '../catalogue.mjs';
import { drizzleCatalogue } from '../drizzle.mjs';
import { useFeatures } from '../express-features.mjs';

class ProductService {
  #catalogue = drizzleCatalogue();
  find(id) { return this.#catalogue.find(id); }
  list(question) { return this.#catalogue.list(question); }
}
Injectable()(ProductService);

class ProductController {
  constructor(products) { this.products = products; }

  async get(id, response) {
    const data = await this.products.find(id);
    if (!data) throw new NotFoundException(missing);
    response.set('ETag', etagOf(data));
    return success(data);
  }

  async list(query) {
    const question = readList(query);
    if (!question) throw new BadRequestException(refused);
    return success(await this.products.list(question));
  }
}
const { prototype } = ProductController;
Inject(ProductService)(ProductController, undefined, 0);
Param('id', new ParseUUIDPipe())(prototype, 'get', 0);
Res({ passthrough: true })(prototype, 'get', 1);
Get(':id')(prototype, 'get', Object.getOwnPropertyDescriptor(prototype, 'get'));
Query()(prototype, 'list', 0);
Get()(prototype, 'list', Object.getOwnPropertyDescriptor(prototype, 'list'));
Controller('api/v2/products')(ProductController);

class AppModule {}
Module({ controllers: [ProductController], providers: [ProductService] })(AppModule);

export async function start() {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.disable('x-powered-by');
  useFeatures(app);
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer().address().port;
}
