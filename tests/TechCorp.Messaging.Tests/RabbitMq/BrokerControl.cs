using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>An operator's hands on the private server of the run; tests that use it change the whole server and run alone.</summary>
[CollectionDefinition(nameof(BrokerControl), DisableParallelization = true)]
public sealed class BrokerControl
{
    internal static async Task RabbitMqCtlAsync(params string[] arguments)
        => await ServicesAsync(
            ServicesScript.State ?? throw new InvalidOperationException("This test controls the server: run it with 'eng/services.sh --private run -- …'."),
            ["rabbitmqctl", .. arguments]);

    /// <summary>What <c>eng/services.sh</c> prints when it does something to the servers whose state is in the folder.</summary>
    internal static Task<string> ServicesAsync(string state, params string[] arguments)
        => ServicesScript.RunAsync(state, arguments, TestContext.Current.CancellationToken);
}
