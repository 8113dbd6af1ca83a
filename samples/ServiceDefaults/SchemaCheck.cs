using TechCorp.Outbox;

namespace TechCorp.Samples;

/// <summary>Checks the schema version of a service's database, so that a schema that is too new stops the service before it writes anything.</summary>
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
            // The schema is older or does not exist yet: the service migrates it when it starts.
        }
    }
}
