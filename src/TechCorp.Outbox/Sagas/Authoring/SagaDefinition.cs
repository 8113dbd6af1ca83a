using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace TechCorp.Outbox;

/// <summary>A registered definition: what the planner needs of it, and how to open a session with the author's code.</summary>
internal abstract class SagaDefinition
{
    internal required string Name { get; init; }

    internal required int Version { get; init; }

    internal required SagaRules Rules { get; init; }

    internal required ImmutableArray<TimeSpan> Timeouts { get; init; }

    /// <summary>How long the author's part in the end may hold the transaction.</summary>
    internal required TimeSpan EndTimeout { get; init; }

    internal required TimeSpan? DeadlineAfter { get; init; }

    internal abstract Type StateType { get; }

    /// <summary>Pins instances to what they were started with: name, version, and the steps in order with their kinds.</summary>
    internal string GraphHash => field ??= Hash();

    internal abstract SagaSession Open(AsyncServiceScope scope, IOutbox outbox);

    private string Hash()
    {
        var text = new StringBuilder().Append(Name).Append('\n').Append(Version);
        foreach (var step in Rules.Steps)
        {
            text.Append('\n').Append(step.Name).Append('\t').Append(step.Kind).Append('\t').Append(step.HasCompensation);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
