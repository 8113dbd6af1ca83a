using System.Globalization;

namespace TechCorp.Messaging;

/// <summary>What RabbitMQ answers to a declaration that differs from what exists; null where it accepts it.</summary>
/// <remarks>In RabbitMQ's format, so that both transports refuse alike: one argument is named.</remarks>
internal static class DeclareDifference
{
    internal static TopologyException? Of(ExchangeDeclaration ours, ExchangeDeclaration theirs)
        => Text(ours) != Text(theirs) ? Refusal($"exchange '{ours.Name}'", "type", Text(ours), Text(theirs))
            : ours.AlternateExchange != theirs.AlternateExchange
                ? Refusal($"exchange '{ours.Name}'", "alternate-exchange", Text(ours.AlternateExchange), Text(theirs.AlternateExchange))
            : null;

    internal static TopologyException? Of(QueueDeclaration ours, QueueDeclaration theirs)
        => theirs.DeliveryLimit is null && DeliveryLimits.WithoutUnbounded(ours) is { } earlier ? Strictly(earlier, theirs) : Strictly(ours, theirs);

    /// <summary>Whether only the limit differs that means none, as it was declared before that limit was.</summary>
    internal static bool IsWithoutDeliveryLimit(QueueDeclaration ours, QueueDeclaration theirs)
        => theirs.DeliveryLimit is null && DeliveryLimits.WithoutUnbounded(ours) is not null && Of(ours, theirs) is null;

    private static TopologyException? Strictly(QueueDeclaration ours, QueueDeclaration theirs)
    {
        var wanted = QueueArguments.Of(ours);
        var there = QueueArguments.Of(theirs);
        var argument = wanted.Keys.Union(there.Keys).Order(StringComparer.Ordinal)
            .FirstOrDefault(name => !Equals(wanted.GetValueOrDefault(name), there.GetValueOrDefault(name)));
        return argument is null
            ? null
            : Refusal($"queue '{ours.Name}'", argument, Text(wanted.GetValueOrDefault(argument)), Text(there.GetValueOrDefault(argument)));
    }

    internal static TopologyException Missing(string entity) => DeclareRefusal.Of(entity, 404, $"NOT_FOUND - no {entity}", cause: null)!;

    private static TopologyException Refusal(string entity, string argument, string ours, string theirs)
        => DeclareRefusal.Of(entity, 406, $"PRECONDITION_FAILED - inequivalent arg '{argument}' for {entity}: received {ours} but current is {theirs}",
            cause: null)!;

    private static string Text(ExchangeDeclaration exchange) => $"'{(exchange.RoutesByHeader ? "headers" : exchange.Kind.ToString().ToLowerInvariant())}'";

    private static string Text(object? value) => value is null ? "none" : $"'{Convert.ToString(value, CultureInfo.InvariantCulture)}'";
}
