namespace TechCorp.Messaging;

/// <summary>Messaging without a container: started by a static method, stopped by disposing.</summary>
/// <remarks>Safe for concurrent use. Same promises and same settings as with a container and its host.</remarks>
public sealed class MessageBus : IAsyncDisposable
{
    private static readonly TimeSpan StopBudget = TimeSpan.FromSeconds(30);
    private readonly MessagingRuntime _runtime;

    private MessageBus(MessagingRuntime runtime) => _runtime = runtime;

    /// <summary>Publishes.</summary>
    public IMessagePublisher Publisher => _runtime.Publisher;

    /// <summary>Browses, redrives and discards dead letters.</summary>
    public DeadLetterQueues DeadLetters => _runtime.DeadLetters;

    /// <summary>The consumers: their status, pause and resume.</summary>
    public MessageConsumers Consumers => _runtime.Consumers;

    /// <summary>Connects, declares the topology and starts the consumers. Waits for a broker that cannot be reached until the token is canceled.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something in the settings is wrong; everything is named.</exception>
    /// <exception cref="TopologyException">The broker has a queue or an exchange otherwise.</exception>
    public static async Task<MessageBus> StartAsync(Action<MessagingBuilder> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new MessagingBuilder(services: null, name: null);
        configure(builder);
        var bare = new BareScope();
        var runtime = new MessagingRuntime(new MessagingPlanner(builder).Plan(bare), bare);
        try
        {
            await runtime.CheckHandlersAsync().ConfigureAwait(false);
            await runtime.ConnectAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            await runtime.StartConsumersAsync(Timeout.InfiniteTimeSpan, cancellationToken).ConfigureAwait(false);
            return new MessageBus(runtime);
        }
        catch
        {
            await runtime.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Says what a start with these settings would do to the broker's exchanges, queues and bindings, and what is harmful in them. Starts nothing and
    /// changes nothing that exists.</summary>
    /// <param name="configure">The same settings as for <see cref="StartAsync"/>. With <see cref="RabbitMqOptions.ManagementUri"/> the plan names every
    /// argument that differs and every binding.</param>
    /// <param name="cancellationToken">Ends the wait for a broker that cannot be reached.</param>
    /// <remarks>On RabbitMQ the user needs the configure permission: what exists is declared again to be compared.</remarks>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something in the settings is wrong; everything is named.</exception>
    /// <exception cref="TopologyException">The user may not configure something that exists.</exception>
    /// <exception cref="HttpRequestException">The management plugin does not answer.</exception>
    public static async Task<TopologyPlan> PlanAsync(Action<MessagingBuilder> configure, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = new MessagingBuilder(services: null, name: null);
        configure(builder);
        var plan = new MessagingPlanner(builder).Plan(new BareScope());
        var transport = plan.CreateTransport();
        await using (transport.ConfigureAwait(false))
        {
            await transport.StartAsync(cancellationToken).ConfigureAwait(false);
            var changes = await transport.PlanAsync(plan.Topology, cancellationToken).ConfigureAwait(false);
            var findings = plan.Lint(transport.BrokerVersion);
            return new TopologyPlan([.. changes, .. findings.Where(finding => finding.IsIgnored)
                .Select(finding => new TopologyChange(TopologyChangeKind.Ignored, finding.Subject, finding.Harm))], findings);
        }
    }

    /// <summary>Drains the consumers, waits for confirms and closes. When the token is canceled, running handlers' tokens are canceled and their
    /// messages are delivered again. In a handler of the bus, it returns at once, and the stop goes on when the handler has returned.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _runtime.StopConsumersAsync(cancellationToken).ConfigureAwait(false);
        await _runtime.DisconnectAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops within 30 s, and frees everything. In a handler of the bus, it returns at once, as <see cref="StopAsync"/>.</summary>
    public ValueTask DisposeAsync() => _runtime.EndAsync(StopBudget);
}
