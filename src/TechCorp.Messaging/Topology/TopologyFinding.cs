using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

/// <summary>Something in a topology that does harm although the broker may accept it.</summary>
/// <param name="Rule">The rule's name: <c>dead-letter-exchange-missing</c>.</param>
/// <param name="Severity"><see cref="LogLevel.Information"/>: right in some services; <see cref="LogLevel.Warning"/>: messages may be lost, held or misrouted
/// when something fails; <see cref="LogLevel.Error"/>: has no effect, or the broker refuses it.</param>
/// <param name="Subject">What it is about: <c>queue 'orders.process'</c>.</param>
/// <param name="Harm">What happens.</param>
/// <param name="Remedy">What to do.</param>
public sealed record TopologyFinding(string Rule, LogLevel Severity, string Subject, string Harm, string Remedy)
{
    /// <summary>Whether the broker takes it without a word, and without effect.</summary>
    internal bool IsIgnored
        => Rule is "unknown-argument" or "argument-of-a-later-version" or "delivery-limit-on-classic" or "dead-letter-key-without-exchange" or "key-on-fanout";

    /// <inheritdoc/>
    public override string ToString() => $"{Subject}: {Harm} {Remedy} [{Rule}]";
}
