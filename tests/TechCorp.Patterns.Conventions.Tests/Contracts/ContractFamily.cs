namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Which backends must keep which contracts: the table. A suite belongs to the family of what it asks of its type parameter.</summary>
/// <param name="Constraint">The name of the class or interface that the suite's type parameter must be.</param>
/// <param name="Backends">Those that must run it.</param>
internal sealed record ContractFamily(string Constraint, Backend[] Backends)
{
    private static readonly ContractFamily[] Table =
    [
        new("TransportBackend", [Backend.InMemory, Backend.RabbitMq]),
        new("TestDatabase", [Backend.Sqlite, Backend.PostgreSql]),
        new("IIdempotencyBackend", [Backend.InMemory, Backend.Sqlite, Backend.PostgreSql]),
    ];

    /// <summary>The backends that a suite must have a class for; null when no line of the table fits it.</summary>
    public static IReadOnlyList<Backend>? BackendsOf(Type suite)
    {
        var asked = suite.IsGenericTypeDefinition
            ? suite.GetGenericArguments()[0].GetGenericParameterConstraints().Select(constraint => constraint.Name).ToList()
            : [];
        return Table.FirstOrDefault(family => asked.Contains(family.Constraint))?.Backends;
    }
}
