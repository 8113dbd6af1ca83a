using TechCorp.Resilience;

namespace PaymentService.Gateway;

/// <summary>The switch of the simulated gateway, and how the service sees it.</summary>
internal static class GatewayEndpoints
{
    internal static void MapGateway(this WebApplication app)
    {
        app.MapGet("/gateway", (SimulatedGateway gateway, ResiliencePipelines pipelines) =>
            Results.Ok(new { outage = gateway.Outage, circuit = pipelines.Get("gateway").CircuitBreaker!.State.ToString() }));

        app.MapPut("/gateway/outage", (bool active, SimulatedGateway gateway) =>
        {
            gateway.Outage = active;
            return Results.NoContent();
        });
    }
}
