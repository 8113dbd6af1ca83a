using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TechCorp.Messaging;
using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>Sets up what all sample services have: settings, database, messaging, outbox, health checks.</summary>
public static class ServiceHost
{
    /// <summary>Prepares a service; the caller adds its own services and endpoints.</summary>
    /// <param name="settings">The settings: broker, database, addresses.</param>
    /// <param name="businessTables">The service's tables, in SQL that PostgreSQL and SQLite both understand, each <c>if not exists</c>.</param>
    /// <param name="messaging">Configures the messages, queues and consumers of the service.</param>
    /// <param name="outbox">Configures the sagas and the relay of the service.</param>
    public static WebApplicationBuilder CreateBuilder(ServiceSettings settings, string businessTables, Action<MessagingBuilder> messaging,
        Action<OutboxBuilder>? outbox = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Configuration);
        builder.WebHost.UseUrls(settings.Url);
        builder.Logging.SetMinimumLevel(settings.Quiet ? LogLevel.Critical : LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);

        var database = ServiceDatabase.Open(settings);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(_ => database);
        builder.Services.AddHostedService(_ => new BusinessSchema(database, businessTables));
        builder.Services.AddIdempotencyKeys(database);
        builder.Services.AddHealthChecks().AddCheck<MessagingHealthCheck>("messaging");
        builder.Services.AddProblemDetails();
        builder.AddOtlpTelemetry(settings.Name);
        builder.Services.AddTechCorpMessaging(m =>
        {
            m.UseAppId(settings.Name);
            if (settings.RabbitMq is { } uri)
            {
                m.UseRabbitMq(uri);
            }
            else
            {
                m.UseInMemory(settings.Broker ?? new InMemoryBroker());
            }

            messaging(m);
        });
        builder.Services.AddTechCorpOutbox(o =>
        {
            o.UseDatabase(database.Tables);
            outbox?.Invoke(o);
        });
        return builder;
    }

    /// <summary>Builds the service with the endpoints that all services have.</summary>
    public static WebApplication BuildService(this WebApplicationBuilder builder)
    {
        var app = builder.Build();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapHealthChecks("/health");
        return app;
    }
}
