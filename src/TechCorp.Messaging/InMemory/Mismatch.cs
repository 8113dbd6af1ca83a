namespace TechCorp.Messaging;

/// <summary>The three ways in which a declaration disagrees with the broker, in words.</summary>
internal static class Mismatch
{
    internal static TopologyMismatchException Exchange(ExchangeDeclaration ours, ExchangeDeclaration theirs) => new(
        $"exchange '{ours.Name}'",
        $"type: ours {ours.Kind.ToString().ToLowerInvariant()}, the broker's {theirs.Kind.ToString().ToLowerInvariant()}.",
        "Declare it as it is, or use another name.");

    internal static TopologyMismatchException Queue(QueueDeclaration ours, string difference) => new(
        $"queue '{ours.Name}'",
        difference,
        "Declare it as it is, use another name, or drain and delete the queue first: arguments cannot be changed.");

    internal static TopologyMismatchException Missing(string entity) => new(
        entity,
        "it does not exist.",
        "Declare it with TopologyMode.Create, or start the service that does.");
}
