using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>Looks at a service's tables before it writes any of its own: a schema that is too new stops it while nothing is written.</summary>
public static class SchemaCheck
{
    /// <exception cref="SchemaVersionException">A later version of the packages has migrated the database.</exception>
    public static async Task RunAsync(ServiceSettings settings, CancellationToken cancellationToken)
    {
        if (settings.Postgres is null && !File.Exists(Path.Combine(settings.DataDirectory, settings.Name + ".db")))
        {
            return;
        }

        await using var database = ServiceDatabase.Open(settings);
        try
        {
            await new SchemaMigrator(database.Tables).CheckAsync(cancellationToken);
        }
        catch (SchemaVersionException exception) when (exception.DatabaseVersion < exception.CodeVersion)
        {
            // Older, or not there yet: the service migrates it when it starts.
        }
    }
}
