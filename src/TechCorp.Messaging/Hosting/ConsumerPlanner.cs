using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Messaging;

/// <summary>Groups the registrations by queue and checks each: settings, handlers, and whether the queue is declared.</summary>
internal sealed class ConsumerPlanner(MessagingBuilder builder, TopologyMode mode, List<string> problems)
{
    internal IReadOnlyList<ConsumerPlan> Plan(IConfiguration? section)
    {
        var plans = new List<ConsumerPlan>();
        foreach (var queue in builder.Consumers.GroupBy(registration => registration.Options.Queue, StringComparer.Ordinal))
        {
            var options = ConsumerOptionsMerge.Merge(queue.Select(registration => registration.Options), problems);
            if (section is not null && queue.Key.Length > 0)
            {
                ReadConfiguration(section.GetSection($"Consumers:{queue.Key}"), options);
            }

            var found = problems.Count;
            problems.AddRange(options.Problems()
                .Select(problem => $"Consumer {string.Join(", ", queue.Select(registration => registration.HandlerName))}: {problem}"));
            var handlers = Bind(queue);
            CheckDefaultType(options, handlers);
            CheckDeclared(queue.Key);
            if (problems.Count == found)
            {
                plans.Add(new ConsumerPlan(options, handlers.ToFrozenDictionary(handler => handler.WireName, StringComparer.Ordinal), DeadLettersOf(queue.Key),
                    IsSingleActiveConsumer(queue.Key))
                {
                    Kind = builder.DeclaredTopology.QueuesByName.GetValueOrDefault(queue.Key)?.Kind,
                    DeliveryLimit = builder.DeclaredTopology.QueuesByName.GetValueOrDefault(queue.Key)?.DeliveryLimit,
                    MayDeclare = mode == TopologyMode.Create,
                });
            }
        }

        return plans;
    }

    /// <summary>A queue's name with a colon is a path of sections: <c>a:b</c> stands inside <c>a</c>.</summary>
    private void ReadConfiguration(IConfigurationSection section, ConsumerOptions options) => SectionReader.Read(section, problems, reader =>
    {
        OptionsFromConfiguration.Read(reader, options);
        foreach (var inner in builder.Consumers.Select(registration => registration.Options.Queue)
            .Where(queue => queue.StartsWith($"{options.Queue}:", StringComparison.OrdinalIgnoreCase)))
        {
            reader.Allow(inner[(options.Queue.Length + 1)..].Split(':')[0]);
        }
    });

    private List<BoundHandler> Bind(IGrouping<string, ConsumerRegistration> queue)
    {
        var handlers = new List<BoundHandler>();
        foreach (var registration in queue)
        {
            if (!builder.Catalog.TryFind(registration.MessageType, out var type))
            {
                problems.Add($"{registration.HandlerName} consumes {registration.MessageType}, which is not registered: call AddMessage(\"wire.name\", …).");
            }
            else if (handlers.Any(other => other.WireName == type.WireName))
            {
                problems.Add($"Queue '{queue.Key}' has two handlers for '{type.WireName}'; one queue has one handler for each type.");
            }
            else
            {
                handlers.Add(registration.Bind(builder.Catalog));
            }
        }

        return handlers;
    }

    private void CheckDefaultType(ConsumerOptions options, List<BoundHandler> handlers)
    {
        if (options.DefaultType is { } name && handlers.All(handler => handler.WireName != name))
        {
            problems.Add($"{nameof(ConsumerOptions.DefaultType)} of queue '{options.Queue}' is '{name}', which has no handler on the queue.");
        }
    }

    private bool IsSingleActiveConsumer(string queue) => builder.DeclaredTopology.QueuesByName.GetValueOrDefault(queue) is { SingleActiveConsumer: true };

    private void CheckDeclared(string queue)
    {
        if (mode == TopologyMode.Create && queue.Length > 0 && !builder.DeclaredTopology.QueuesByName.ContainsKey(queue))
        {
            problems.Add($"Queue '{queue}' is consumed, but not declared: call AddTopology(Topology.WorkQueue(\"{queue}\")), or choose "
                + "TopologyMode Validate or Assume.");
        }
    }

    /// <summary>Where the queue's own declaration sends its dead letters, so that ours and the broker's meet; otherwise
    /// straight to the dead-letter queue.</summary>
    private Destination DeadLettersOf(string queue)
        => builder.DeclaredTopology.QueuesByName.GetValueOrDefault(queue) is { DeadLetterExchange: { Length: > 0 } exchange, DeadLetterRoutingKey: { } key }
            ? Destination.ToExchange(exchange, key)
            : Destination.ToQueue(Topology.DeadLetterQueueOf(queue));
}
