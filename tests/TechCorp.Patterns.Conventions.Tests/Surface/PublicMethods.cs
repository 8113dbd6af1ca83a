namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>The methods that users of the packages can call.</summary>
public sealed class PublicMethods
{
    [Safeguard("`Async`", SwitchedOff = "a method `Run` that returns a task")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void A_method_ends_in_Async_when_and_only_when_it_can_be_awaited(string package)
        => Surface.MethodsOf(package)
            .Where(method => Surface.IsAsynchronous(method) != method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => $"{Surface.Describe(method)} returns {method.ReturnType.Name}.")
            .ShouldBeNone("the name says what must be awaited");

    [Safeguard("Cancellation", SwitchedOff = "a method `GoAsync` without a token")]
    [Theory, MemberData(nameof(Package.Names), MemberType = typeof(Package))]
    public void An_asynchronous_method_takes_a_cancellation_token_last(string package)
        => Surface.MethodsOf(package)
            .Where(method => Surface.IsAsynchronous(method) && method.GetParameters().LastOrDefault()?.ParameterType != typeof(CancellationToken))
            .Select(Surface.Describe)
            .ShouldBeNone("the caller can cancel every wait");
}
