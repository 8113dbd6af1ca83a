using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace TechCorp.Messaging;

/// <summary>Makes each handler of a plan once, in a scope, and gives it back.</summary>
internal static class HandlerCheck
{
    /// <exception cref="OptionsValidationException">A handler cannot be made, or not be disposed; all that cannot are named.</exception>
    internal static async Task RunAsync(MessagingPlan plan, IServiceScopeFactory scopes)
    {
        List<string> problems = [];
        foreach (var consumer in plan.Consumers)
        {
            foreach (var handler in consumer.Handlers.Values.OrderBy(handler => handler.WireName, StringComparer.Ordinal))
            {
                if (await ProblemOfAsync(handler, scopes).ConfigureAwait(false) is { } problem)
                {
                    problems.Add($"Handler {handler.HandlerName} of queue '{consumer.Queue}' ('{handler.WireName}') cannot be created: {problem}");
                }
            }
        }

        OptionsCheck.ThrowAtStart(plan.Name ?? Options.DefaultName, typeof(MessagingBuilder), problems);
    }

    private static async Task<string?> ProblemOfAsync(BoundHandler handler, IServiceScopeFactory scopes)
    {
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                handler.Create(scope.ServiceProvider);
            }

            return null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return $"{ErrorText.TypeOf(exception)}: {ErrorText.MessageOf(exception)}";
        }
    }
}
