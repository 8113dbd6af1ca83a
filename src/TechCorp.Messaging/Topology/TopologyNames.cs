namespace TechCorp.Messaging;

/// <summary>What messages to people call the parts of a topology.</summary>
internal static class TopologyNames
{
    internal static string Of(ExchangeDeclaration exchange) => $"exchange '{exchange.Name}'";

    internal static string Of(QueueDeclaration queue) => $"queue '{queue.Name}'";

    internal static string Of(BindingDeclaration binding)
        => $"binding of exchange '{binding.Exchange}' to queue '{binding.Queue}' by '{binding.Header ?? binding.RoutingKey}'";
}
