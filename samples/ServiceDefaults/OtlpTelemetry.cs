using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace TechCorp.Samples;

/// <summary>Exports the meters and spans of the packages to a collector, if the setting or environment variable
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one.</summary>
public static class OtlpTelemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT"; // the exporter also reads this variable, and those for protocol and headers

    /// <param name="builder">The builder of the service.</param>
    /// <param name="service">The name of the service in the exported telemetry.</param>
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
