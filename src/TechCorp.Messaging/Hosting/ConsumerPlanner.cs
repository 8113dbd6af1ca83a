using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;

namespace TechCorp.Messaging;

/// <summary>Groups the registrations by queue and checks each: settings, handlers, and whether the queue is declared.</summary>
internal sealed class ConsumerPlanner(MessagingBuilder builder, TopologyMode mode, Topology declared, List<string> problems, RestartNotice notice)
{
    /// <summary>The topology of the service, with what its consumers change in it.</summary>
    internal Topology Topology { get; private set; } = declared;

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
            CheckDeadLetters(options);
            if (problems.Count == found)
            {
                plans.Add(PlanOf(options, handlers));
            }
        }

        return plans;
    }

    private ConsumerPlan PlanOf(ConsumerOptions options, List<BoundHandler> handlers)
    {
        var queue = options.Queue;
        if (options.DeadLetterExchange is { } exchange)
        {
            Topology = DeadLetterExchangeName.ReplaceFor(Topology, queue, exchange);
        }

        var declaration = Topology.QueuesByName.GetValueOrDefault(queue);
        return new ConsumerPlan(options, handlers.ToFrozenDictionary(handler => handler.WireName, StringComparer.Ordinal))
        {
            DeadLetters = declaration is { IsExclusive: true } ? null : DeadLetterTarget.Of(Topology, queue),
            SingleActiveConsumer = declaration is { SingleActiveConsumer: true },
            IsExclusive = declaration is { IsExclusive: true },
            Kind = declaration?.Kind,
            DeliveryLimit = declaration?.DeliveryLimit,
            MayDeclare = mode == TopologyMode.Create,
            IgnoresUnknownTypes = options.WhenTypeUnknown == UnknownTypeBehavior.Ignore
                || (options.WhenTypeUnknown == UnknownTypeBehavior.Default && IsSubscription(queue)),
        };
    }

    /// <summary>Whether events come to the queue that its service need not know.</summary>
    private bool IsSubscription(string queue)
        => Topology.Bindings.Any(binding => binding.Queue == queue
            && new LintContext(Topology, new TopologyUsage()).KindOf(binding.Exchange) is ExchangeKind.Fanout or ExchangeKind.Topic);

    /// <summary>A queue's name with a colon is a path of sections: <c>a:b</c> stands inside <c>a</c>.</summary>
    private void ReadConfiguration(IConfigurationSection section, ConsumerOptions options) => SectionReader.Read(section, problems, reader =>
    {
        OptionsFromConfiguration.Read(reader, options);
        foreach (var inner in builder.Consumers.Select(registration => registration.Options.Queue)
            .Where(queue => queue.StartsWith($"{options.Queue}:", StringComparison.OrdinalIgnoreCase)))
        {
            reader.Allow(inner[(options.Queue.Length + 1)..].Split(':')[0]);
        }
    }, notice);

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

    private void CheckDeclared(string queue)
    {
        if (mode == TopologyMode.Create && queue.Length > 0 && !Topology.QueuesByName.ContainsKey(queue))
        {
            problems.Add($"Queue '{queue}' is consumed, but not declared: call AddTopology(Topology.WorkQueue(\"{queue}\")), or choose "
                + "TopologyMode Validate or Assume.");
        }
    }

    private void CheckDeadLetters(ConsumerOptions options)
    {
        var declaration = Topology.QueuesByName.GetValueOrDefault(options.Queue);
        if (options.DeadLetterExchange is not null && string.IsNullOrEmpty(declaration?.DeadLetterExchange))
        {
            problems.Add($"{nameof(ConsumerOptions.DeadLetterExchange)} of queue '{options.Queue}' is '{options.DeadLetterExchange}', but the queue is not "
                + "declared here with a dead-letter exchange: call AddTopology(Topology.WorkQueue(…)), or leave it null.");
        }

        if (declaration is not { IsExclusive: true })
        {
            return;
        }

        if (options.Policy == DeliveryPolicy.Default)
        {
            options.Policy = DeliveryPolicy.NoRetry;
        }
        else if (options.Policy.Delays.Count > 0)
        {
            problems.Add($"{nameof(ConsumerOptions.Policy)} of queue '{options.Queue}' has {nameof(DeliveryPolicy.Delays)}, but a broadcast queue has no retry "
                + $"queues: leave them empty; {nameof(DeliveryPolicy.ImmediateAttempts)} may be over 1.");
        }
    }
}
