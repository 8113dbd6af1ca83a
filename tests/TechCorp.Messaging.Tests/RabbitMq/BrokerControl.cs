using TechCorp.Patterns.Contracts;

namespace TechCorp.Messaging.Tests;

/// <summary>An operator's hands on the private server of the run; tests that use it change the whole server and run alone.</summary>
[CollectionDefinition(nameof(BrokerControl), DisableParallelization = true)]
public sealed class BrokerControl
{
    private static string State => ServicesScript.State
        ?? throw new InvalidOperationException("This test controls the server: run it with 'eng/services.sh --private run -- …'.");

    internal static async Task RabbitMqCtlAsync(params string[] arguments) => await ServicesAsync(State, ["rabbitmqctl", .. arguments]);

    /// <summary>Stops the server's process (SIGSTOP), which keeps its connections and answers nothing; it goes on when the result is disposed.</summary>
    internal static async Task<IAsyncDisposable> FreezeAsync()
    {
        var answer = await ServicesAsync(State, "rabbitmqctl", "eval", "list_to_integer(os:getpid()).");
        var frozen = new FrozenProcess(int.Parse(answer.Trim(), System.Globalization.CultureInfo.InvariantCulture));
        frozen.Signal("STOP");
        return frozen;
    }

    /// <summary>What <c>eng/services.sh</c> prints when it does something to the servers whose state is in the folder.</summary>
    internal static Task<string> ServicesAsync(string state, params string[] arguments)
        => ServicesScript.RunAsync(state, arguments, TestContext.Current.CancellationToken);

    private sealed class FrozenProcess(int id) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Signal("CONT");
            return ValueTask.CompletedTask;
        }

        internal void Signal(string name)
        {
            using var kill = System.Diagnostics.Process.Start("kill", [$"-{name}", $"{id}"]);
            kill.WaitForExit();
            kill.ExitCode.Should().Be(0);
        }
    }
}
