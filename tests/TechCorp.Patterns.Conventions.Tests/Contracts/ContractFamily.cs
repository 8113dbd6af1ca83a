using System.Text.RegularExpressions;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>Which backends must keep which contracts: the table. The first line that fits a suite's name counts.</summary>
internal sealed record ContractFamily(string Pattern, Backend[] Backends)
{
    private static readonly Backend[] Brokers = [Backend.InMemory, Backend.RabbitMq];
    private static readonly Backend[] Databases = [Backend.Sqlite, Backend.PostgreSql];

    private static readonly ContractFamily[] Table =
    [
        new("^InMemory", [Backend.InMemory]),
        new("^(RabbitMq|Broker)", [Backend.RabbitMq]),
        new("^Sqlite", [Backend.Sqlite]),
        new("^PostgreSql", [Backend.PostgreSql]),
        new("^Idempotency", [Backend.InMemory, .. Databases]),
        new("^(Outbox|Relay|Inbox|Saga|Barrier|UnitOfWork|Sweep|Schema|Migrat|Transactional|Partition|Park|Retention|Database|Dialect)", Databases),
        new("^(Publish|Consum|Topology|Topic|Rout|DeadLetter|DelayedRetry|Deliver|Settle|Queue|Transport|Reader|Exchange|Fanout|WorkQueue|Browse|Redrive|Stop|Drain|Order|Health|Trac|Metric|Messag)", Brokers),
    ];

    /// <summary>The backends that a suite must have a class for; null when no line of the table fits its name.</summary>
    public static IReadOnlyList<Backend>? BackendsOf(string suite) => Table.FirstOrDefault(family => Regex.IsMatch(suite, family.Pattern))?.Backends;
}
