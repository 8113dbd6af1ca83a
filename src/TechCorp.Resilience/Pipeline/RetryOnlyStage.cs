using System.Runtime.CompilerServices;

namespace TechCorp.Resilience;

/// <summary>Begins the calls, those that end with a result or an exception, of a pipeline that has retries alone, as <see cref="RetryPolicy"/> has.</summary>
/// <remarks>
/// Apart from the others, among which the runtime optimizes for the more frequent ones; the caller's context, which each call here captures, then costs
/// a third of the whole call.
/// </remarks>
internal sealed class RetryOnlyStage(PipelineExecutor executor, RetryBudget? budget)
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ValueTask<TResult> InvokeAsync<TOperation, TResult>(in TOperation operation, CancellationToken cancellationToken)
        where TOperation : struct, IOperation<TOperation, TResult>
    {
        var context = ExecutionContext.Capture();
        ValueTask<TResult> pending;
        try
        {
            pending = Unsafe.AsRef(in operation).InvokeAsync(1, cancellationToken);
            if (!TOperation.ClassifiesResults && pending.IsCompletedSuccessfully)
            {
                var result = pending.Preserve();
                budget?.OnSuccess();
                return result;
            }
        }
        catch (Exception exception)
        {
            pending = ValueTask.FromException<TResult>(exception);
        }

        CallerFlow.Restore(context);
        var running = new RunningAttempt<TResult>(pending, default, null);
        return PipelineExecutor.UnwrapAsync(executor.ContinueAsync(operation, running, 0, cancellationToken));
    }
}
