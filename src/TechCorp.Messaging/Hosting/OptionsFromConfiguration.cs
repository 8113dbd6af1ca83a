using Microsoft.Extensions.Configuration;
using static TechCorp.Messaging.ConfigurationReader;

namespace TechCorp.Messaging;

/// <summary>Lets configuration win over code: which keys there are, and where each goes.</summary>
internal static class OptionsFromConfiguration
{
    internal static void Apply(PublisherOptions options, IConfigurationSection section, ConfigurationReader reader)
    {
        foreach (var entry in section.GetChildren())
        {
            if (Is(entry, nameof(options.Timeout)))
            {
                options.Timeout = reader.Duration(entry, options.Timeout);
            }
            else if (Is(entry, nameof(options.MaxOutstandingConfirms)))
            {
                options.MaxOutstandingConfirms = reader.Int32(entry, options.MaxOutstandingConfirms);
            }
            else if (Is(entry, nameof(options.MaxBodyBytes)))
            {
                options.MaxBodyBytes = reader.Int32(entry, options.MaxBodyBytes);
            }
            else if (Is(entry, nameof(options.ConnectionLossBehavior)))
            {
                options.ConnectionLossBehavior = reader.Choice(entry, options.ConnectionLossBehavior);
            }
            else
            {
                reader.Unknown(entry);
            }
        }
    }

    internal static void Apply(ConsumerOptions options, IConfigurationSection section, ConfigurationReader reader)
    {
        foreach (var entry in section.GetChildren())
        {
            if (Is(entry, nameof(options.Prefetch)))
            {
                options.Prefetch = reader.Int32(entry, options.Prefetch);
            }
            else if (Is(entry, nameof(options.Concurrency)))
            {
                options.Concurrency = reader.Int32(entry, options.Concurrency);
            }
            else if (Is(entry, nameof(options.HandlerTimeout)))
            {
                options.HandlerTimeout = reader.Duration(entry, options.HandlerTimeout);
            }
            else if (Is(entry, nameof(options.RedeliveryLimit)))
            {
                options.RedeliveryLimit = reader.Int32(entry, options.RedeliveryLimit ?? 0);
            }
            else if (Is(entry, nameof(options.StalledConsumerTimeout)))
            {
                options.StalledConsumerTimeout = reader.Duration(entry, options.StalledConsumerTimeout ?? Timeout.InfiniteTimeSpan);
            }
            else if (Is(entry, nameof(options.MissingMessageId)))
            {
                options.MissingMessageId = reader.Choice(entry, options.MissingMessageId);
            }
            else if (Is(entry, nameof(options.Policy)))
            {
                options.Policy = Apply(options.Policy, entry, reader);
            }
            else
            {
                reader.Unknown(entry);
            }
        }
    }

    private static DeliveryPolicy Apply(DeliveryPolicy policy, IConfigurationSection section, ConfigurationReader reader)
    {
        foreach (var entry in section.GetChildren())
        {
            if (Is(entry, nameof(policy.ImmediateAttempts)))
            {
                policy = policy with { ImmediateAttempts = reader.Int32(entry, policy.ImmediateAttempts) };
            }
            else if (Is(entry, nameof(policy.Delays)))
            {
                policy = policy with { Delays = reader.Durations(entry, policy.Delays) };
            }
            else
            {
                reader.Unknown(entry);
            }
        }

        return policy;
    }
}
