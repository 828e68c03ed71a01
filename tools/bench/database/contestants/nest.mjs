// Decorators are applied by hand, as this file is run as it stands.
import 'reflect-metadata';
import { BadRequestException, Body, ConflictException, Controller, Get, Headers, Inject, Injectable, Module, NotFoundException, Param, ParseUUIDPipe, Post, Query, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { etagOf, missing, outOfStock, readList, refused, success } from '../catalogue.mjs';
import { drizzleCatalogue } from '../drizzle.mjs';
import { OutOfStock, readItems } from '../orders.mjs';
import { useFeatures } from '../express-features.mjs';

class ProductService {
  #catalogue = drizzleCatalogue();
  find(id) { return this.#catalogue.find(id); }
  list(question) { return this.#catalogue.list(question); }
  place(customer, items) { return this.#catalogue.place(customer, items); }
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

class OrderController {
  constructor(orders) { this.orders = orders; }

  async place(body, customer, response) {
    const items = readItems(body);
    if (!items) throw new BadRequestException(refused);
    const data = await this.orders.place(customer, items).catch((error) => {
      throw error instanceof OutOfStock ? new ConflictException(outOfStock) : error;
    });
    response.set('ETag', etagOf(data)).location(`/api/v2/orders/${data.id}`);
    return success(data);
  }
}
Inject(ProductService)(OrderController, undefined, 0);
Body()(OrderController.prototype, 'place', 0);
Headers('x-user')(OrderController.prototype, 'place', 1);
Res({ passthrough: true })(OrderController.prototype, 'place', 2);
Post()(OrderController.prototype, 'place', Object.getOwnPropertyDescriptor(OrderController.prototype, 'place'));
Controller('api/v2/orders')(OrderController);

class AppModule {}
Module({ controllers: [ProductController, OrderController], providers: [ProductService] })(AppModule);

export async function start() {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.disable('x-powered-by');
  useFeatures(app);
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer().address().port;
}
