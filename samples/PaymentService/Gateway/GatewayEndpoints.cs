using TechCorp.Resilience;
using TechCorp.Samples;

namespace PaymentService.Gateway;

/// <summary>Shows the state of the simulated gateway and, if the setting <c>Gateway:OutageSwitch</c> is true, lets a caller simulate an outage.</summary>
internal static class GatewayEndpoints
{
    internal static void MapGateway(this WebApplication app, ServiceSettings settings)
    {
        app.MapGet("/gateway", (SimulatedGateway gateway, ResiliencePipelineRegistry pipelines)
            => Results.Ok(new { outage = gateway.Outage, circuit = pipelines.Get("gateway").CircuitBreaker!.State.ToString() }));

        if (settings.Configuration.GetValueOrDefault("Gateway:OutageSwitch") != "true")
        {
            return;
        }

        app.MapPut("/gateway/outage", (bool active, SimulatedGateway gateway) =>
        {
            gateway.Outage = active;
            return Results.NoContent();
        });
    }
}
