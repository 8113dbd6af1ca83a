using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Checks the schema of every service before any of them starts, so that a schema that is too new stops the run before anything is written.</summary>
internal static class SchemaProbe
{
    private static readonly string[] Services = ["inventory-service", "payment-service", "notification-service", "analytics-service", "image-service",
        "order-service"];

    /// <exception cref="TechCorp.Outbox.SchemaVersionException">A later version of the packages has migrated a database.</exception>
    internal static async Task CheckAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        foreach (var name in Services)
        {
            await SchemaCheck.RunAsync(new ServiceSettings { Name = name, Postgres = settings.Postgres, DataDirectory = settings.DataDirectory },
                cancellationToken);
        }
    }
}
