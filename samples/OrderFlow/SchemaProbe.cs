using TechCorp.Outbox;
using TechCorp.Samples;

namespace OrderFlow;

/// <summary>Looks at the tables of every service before any of them starts: one that is too new stops the run while nothing is written.</summary>
internal static class SchemaProbe
{
    private static readonly string[] Services = ["inventory-service", "payment-service", "notification-service", "analytics-service", "image-service", "order-service"];

    /// <exception cref="SchemaVersionException">A later version of the packages has migrated a database.</exception>
    internal static async Task CheckAsync(FlowSettings settings, CancellationToken cancellationToken)
    {
        foreach (var name in Services.Where(name => settings.Postgres is not null || File.Exists(Path.Combine(settings.DataDirectory, name + ".db"))))
        {
            await using var database = ServiceDatabase.Open(new ServiceSettings { Name = name, Postgres = settings.Postgres, DataDirectory = settings.DataDirectory });
            try
            {
                await new SchemaMigrator(database.Tables).CheckAsync(cancellationToken);
            }
            catch (SchemaVersionException e) when (e.DatabaseVersion < e.CodeVersion)
            {
                // Older, or not there yet: the service migrates it when it starts.
            }
        }
    }
}
