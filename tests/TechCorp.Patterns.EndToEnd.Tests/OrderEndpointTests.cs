using System.Net;
using System.Net.Http.Json;
using InventoryService;
using Microsoft.AspNetCore.Builder;
using OrderService;
using TechCorp.Samples;

namespace TechCorp.Patterns.EndToEnd.Tests;

public sealed class OrderEndpointTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("techcorp-e2e-");
    private readonly List<WebApplication> _services = [];
    private readonly HttpClient _http = new();
    private Uri _orders = null!;

    public async ValueTask InitializeAsync()
    {
        var inventory = await StartAsync(InventoryApp.Build(For("inventory-service")));
        var dependencies = new Dictionary<string, Uri> { ["inventory"] = inventory, ["payments"] = new Uri("http://127.0.0.1:1") };
        _orders = new Uri(await StartAsync(OrderApp.Build(For("order-service") with { Dependencies = dependencies })), "/orders");
        (await _http.PutAsJsonAsync(new Uri(inventory, "/products/sku-book"), new { on_hand = 10 }, TestContext.Current.CancellationToken))
            .EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Fact, Trait("Spec", "HT10")]
    public async Task An_order_is_placed_once_for_each_key()
    {
        using var first = await PlaceAsync("\"order-key\"", quantity: 1);
        using var again = await PlaceAsync("\"order-key\"", quantity: 1);
        using var other = await PlaceAsync("\"order-key\"", quantity: 2);
        using var without = await PlaceAsync(null, quantity: 1);

        first.StatusCode.Should().Be(HttpStatusCode.Accepted);
        again.StatusCode.Should().Be(HttpStatusCode.Accepted, "an accepted order stays accepted, however it ends");
        again.Headers.GetValues("Idempotency-Replayed").Should().Equal("true");
        again.Headers.Location.Should().Be(first.Headers.Location).And.NotBeNull();
        (await BodyAsync(again)).Should().Be(await BodyAsync(first));
        other.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        without.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    private ServiceSettings For(string name) => new() { Name = name, DataDirectory = _folder.FullName, Quiet = true };

    private async Task<Uri> StartAsync(WebApplication service)
    {
        _services.Add(service);
        await service.StartAsync(TestContext.Current.CancellationToken);
        return new Uri(service.Urls.First());
    }

    private async Task<HttpResponseMessage> PlaceAsync(string? key, int quantity)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _orders);
        request.Content = JsonContent.Create(new
        {
            user_id = "ana",
            payment_token = "tok_visa",
            items = new[] { new { product_id = "sku-book", quantity, unit_price = 100 } },
        });
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static Task<string> BodyAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
}
