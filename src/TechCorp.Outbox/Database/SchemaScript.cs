using System.Globalization;
using System.Reflection;

namespace TechCorp.Outbox;

/// <summary>One numbered schema file of a dialect: <c>Database/Schema/postgresql/0001_outbox.sql</c>, embedded.</summary>
/// <remarks>A released file never changes; a change is a new number. <c>{schema}</c> in it stands for the schema, or on SQLite the prefix.</remarks>
internal sealed record SchemaScript(int Version, string Name, string Text)
{
    /// <summary>All files of a dialect, in the order of their numbers.</summary>
    internal static IReadOnlyList<SchemaScript> Of(SqlDialect dialect)
    {
        var assembly = typeof(SchemaScript).Assembly;
        var folder = $"schema/{dialect.Name.ToLowerInvariant()}/";
        var scripts = assembly.GetManifestResourceNames()
            .Select(name => (Resource: name, Path: name.Replace('\\', '/')))
            .Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal))
            .Select(file => Read(assembly, file.Resource, file.Path[folder.Length..]))
            .OrderBy(script => script.Version)
            .ToList();
        for (var i = 1; i < scripts.Count; i++)
        {
            if (scripts[i].Version == scripts[i - 1].Version)
            {
                throw new InvalidOperationException($"Two schema files of {dialect.Name} have number {scripts[i].Version}: "
                    + $"{scripts[i - 1].Name} and {scripts[i].Name}.");
            }
        }

        return scripts;
    }

    internal string For(string schema) => Text.Replace("{schema}", schema, StringComparison.Ordinal);

    private static SchemaScript Read(Assembly assembly, string resource, string file)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new SchemaScript(int.Parse(file.AsSpan(0, 4), CultureInfo.InvariantCulture), Path.GetFileNameWithoutExtension(file)[5..], reader.ReadToEnd());
    }
}
