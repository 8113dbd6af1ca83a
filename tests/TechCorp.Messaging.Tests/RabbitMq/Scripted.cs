using System.Reflection;

namespace TechCorp.Messaging.Tests;

/// <summary>An interface of the client whose members answer what a test says: for the moments that a real broker cannot be held in.</summary>
public class Scripted : DispatchProxy
{
    private Func<string, object?[], object?> _answer = static (_, _) => null;

    internal static T Of<T>(Func<string, object?[], object?> answer)
        where T : class
    {
        var proxy = Create<T, Scripted>();
        ((Scripted)(object)proxy)._answer = answer;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!.Name, args ?? []);
}
