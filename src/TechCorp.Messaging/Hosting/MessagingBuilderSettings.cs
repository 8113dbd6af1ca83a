using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace TechCorp.Messaging;

public sealed partial class MessagingBuilder
{
    /// <summary>The service's name: written into every message it publishes and every dead letter it makes. Default: the host's application name.</summary>
    public MessagingBuilder UseAppId(string appId)
    {
        ArgumentException.ThrowIfNullOrEmpty(appId);
        ChosenAppId = AmqpName.Check(appId, nameof(appId));
        return this;
    }

    /// <summary>What to do about the topology at the start. Default: <see cref="Messaging.TopologyMode.Create"/>.</summary>
    public MessagingBuilder UseTopologyMode(TopologyMode mode)
    {
        ChosenTopologyMode = mode;
        return this;
    }

    /// <summary>What to do when the topology has findings (see <see cref="Topology.Lint"/>) at the start. Default: <see cref="TopologyFindingsBehavior.Warn"/>.</summary>
    public MessagingBuilder OnTopologyFindings(TopologyFindingsBehavior whenFound)
    {
        ChosenTopologyFindings = whenFound;
        return this;
    }

    /// <summary>
    /// How long the host's start waits for a broker that is not there; after that it goes on connecting in the background, and consumers start when it succeeds. Default: 10 s.
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits until the host gives up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public MessagingBuilder UseStartupTimeout(TimeSpan patience)
    {
        if (patience < TimeSpan.Zero && patience != Timeout.InfiniteTimeSpan)
        {
            throw new ArgumentOutOfRangeException(nameof(patience), patience, "The wait for the broker cannot be negative.");
        }

        StartupPatience = patience;
        return this;
    }

    /// <summary>The clock. Default: the container's <see cref="TimeProvider"/>, else the system's.</summary>
    public MessagingBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        ChosenClock = timeProvider;
        return this;
    }

    /// <summary>Where logs go. Default: the container's factory, else nowhere.</summary>
    public MessagingBuilder UseLoggerFactory(ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ChosenLoggers = loggers;
        return this;
    }

    /// <summary>
    /// The section whose settings win over code. Default: <c>TechCorp:Messaging</c> of the container's configuration, and <c>TechCorp:Messaging:Named:&lt;name&gt;</c> for a keyed registration.
    /// It may hold <c>Publisher:Timeout</c>, <c>Consumers:&lt;queue&gt;:Prefetch</c> and the like, <c>AppId</c>, <c>TopologyMode</c>, <c>TopologyFindings</c>.
    /// </summary>
    public MessagingBuilder UseConfiguration(IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        ChosenConfiguration = section;
        return this;
    }
}
