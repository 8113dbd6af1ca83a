using System.Reflection;
using System.Runtime.CompilerServices;

namespace TechCorp.Patterns.Conventions.Tests;

/// <summary>What users of a package can see, without what the compiler made.</summary>
internal static class Surface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    public static IReadOnlyList<Type> AllTypes => [.. Package.All.SelectMany(package => TypesOf(package.Name))];

    /// <summary>The public types of a package; none at all is a fault, never a pass.</summary>
    public static IReadOnlyList<Type> TypesOf(string package)
    {
        // Extension blocks leave public marker types behind, whose names no user can write.
        var types = Package.Named(package).Assembly.GetExportedTypes().Where(type => !type.FullName!.Contains('<', StringComparison.Ordinal)).ToList();
        return types.Count > 0 ? types : throw new InvalidOperationException($"{package} has no public type: the rule would hold for nothing.");
    }

    public static IEnumerable<FieldInfo> FieldsOf(Type type)
        => type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly);

    /// <summary>The methods that the package itself shaped: no accessors, and no overrides of what the framework declares.</summary>
    public static IEnumerable<MethodInfo> MethodsOf(string package)
    {
        var assembly = Package.Named(package).Assembly;
        return from type in TypesOf(package)
               where !type.IsAssignableTo(typeof(Delegate))
               from method in type.GetMethods(Declared)
               where method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly
               where !method.IsSpecialName && !method.Name.Contains('<', StringComparison.Ordinal)
               where method.GetBaseDefinition().DeclaringType!.Assembly == assembly && !IsPrescribed(type, method)
               select method;
    }

    public static bool IsClosed(Type type)
        => type.IsSealed || type.IsInterface || type.IsValueType
            || type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic).All(IsOutOfReach);

    public static bool IsAsynchronous(MethodInfo method)
    {
        var result = method.ReturnType;
        return result.GetMethod(nameof(Task.GetAwaiter)) is not null || result.GetCustomAttribute<AsyncMethodBuilderAttribute>() is not null
            || (result.IsGenericType && result.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
    }

    public static string PlainName(Type type) => type.Name.Split('`')[0];

    public static string Describe(MethodInfo method)
        => $"{method.DeclaringType!.FullName}.{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name))})";

    private static bool IsOutOfReach(ConstructorInfo constructor) => constructor.IsPrivate || constructor.IsAssembly || constructor.IsFamilyAndAssembly;

    // DisposeAsync and the like: their shape is the framework's.
    private static bool IsPrescribed(Type type, MethodInfo method)
        => !type.IsInterface && type.GetInterfaces()
            .Where(contract => contract.Assembly != type.Assembly && !Package.All.Any(package => package.Assembly == contract.Assembly))
            .Any(contract => type.GetInterfaceMap(contract).TargetMethods.Contains(method));
}
