using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace TechCorp.Samples;

/// <summary>Sends the meters and spans of the packages to a collector: off unless the setting or environment variable <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.</summary>
public static class OtlpTelemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"; // the exporter reads it too, and its fellows for protocol and headers

    /// <param name="builder">The service's.</param>
    /// <param name="service">What the collector calls it.</param>
    public static void AddOtlpTelemetry(this WebApplicationBuilder builder, string service)
    {
        if (string.IsNullOrEmpty(builder.Configuration[Endpoint]))
        {
            return;
        }

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service))
            .WithMetrics(metrics => metrics.AddMeter("TechCorp.*"))
            .WithTracing(tracing => tracing.AddSource("TechCorp.*"))
            .UseOtlpExporter();
    }
}
