using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderService;
using TechCorp.Messaging;
using TechCorp.Patterns.Contracts;
using TechCorp.Samples;

namespace TechCorp.Patterns.EndToEnd.Tests;

/// <summary>A service of the samples and a collector for its telemetry.</summary>
public sealed class OtlpTelemetryTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("techcorp-e2e-");
    private readonly ConcurrentDictionary<string, string> _received = new();
    private WebApplication _collector = null!;

    [Fact]
    public async Task A_service_that_knows_a_collector_sends_it_its_spans_and_figures()
    {
        var nowhere = new Uri("http://127.0.0.1:1");
        await using var service = OrderApp.Build(new ServiceSettings
        {
            Name = "order-service",
            DataDirectory = _folder.FullName,
            Quiet = true,
            Dependencies = new Dictionary<string, Uri> { ["inventory"] = nowhere, ["payments"] = nowhere },
            Configuration = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "100",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "100",
            },
        });
        await service.StartAsync(TestContext.Current.CancellationToken);

        var message = new Message { Body = "{}"u8.ToArray(), Type = "order.created" };
        await service.Services.GetRequiredService<IMessagePublisher>()
            .TryPublishAsync(message, Destination.ToExchange("events.fanout"), cancellationToken: TestContext.Current.CancellationToken);

        await Eventually.Holds(() => Received("/v1/traces").Contains("publish events.fanout", StringComparison.Ordinal), "the span of the event arrives");
        await Eventually.Holds(() => Received("/v1/metrics").Contains("messaging.client.sent.messages", StringComparison.Ordinal), "the metrics arrive");
        Received("/v1/traces").Should().Contain("order-service").And.Contain("TechCorp.Messaging");
        await service.StopAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _collector = builder.Build();
        _collector.MapPost("/v1/{what}", async (HttpContext context) =>
        {
            using var body = new StreamReader(context.Request.Body, Encoding.Latin1); // names stand as they are in protobuf
            var text = await body.ReadToEndAsync(context.RequestAborted);
            _received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        });
        await _collector.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _collector.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    private string Received(string path) => _received.GetValueOrDefault(path, "");
}
