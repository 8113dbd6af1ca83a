using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace TechCorp.Samples;

/// <summary>The command line of the sample programs. It reports bad input in one line on standard error, with exit code 2.</summary>
public static class CommandLine
{
    private const int Interrupted = 130;

    /// <summary>Parses the arguments and runs the command. Invalid arguments exit with 2, not with System.CommandLine's 1.</summary>
    public static async Task<int> InvokeAsync(string program, RootCommand command, string[] args)
    {
        var parsed = command.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            return Fail(program, $"{string.Join(' ', parsed.Errors.Select(error => error.Message))} See --help.");
        }

        // Handle the signals here: the hosts inside would dispose their handlers while one of them still runs, and wait for it forever.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, RequestStop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, RequestStop);
        return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);

        void RequestStop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            _ = stop.CancelAsync();
        }
    }

    /// <summary>Turns errors that the user can correct into one line and exit code 2. Any other exception is a defect and keeps its stack trace.</summary>
    public static async Task<int> GuardAsync(string program, Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (BadInputException exception)
        {
            return Fail(program, exception.Message);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"{program}: interrupted.");
            return Interrupted;
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException or SocketException)
        {
            return Fail(program, $"{exception.Message} Free the port, or choose another with --url.");
        }
        catch (SocketException exception)
        {
            return Fail(program, $"{exception.Message}. Choose an address of this machine with --url.");
        }
        catch (Exception exception) when (UserErrors.Describe(exception) is { } line)
        {
            return Fail(program, line);
        }
    }

    /// <summary>Checks an absolute HTTP address.</summary>
    /// <exception cref="BadInputException">The value is not such an address.</exception>
    public static Uri CheckUrl(string value, string option)
        => Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri is { Scheme: "http", AbsolutePath: "/" }
            ? uri
            : throw new BadInputException($"{option} must be an address such as http://127.0.0.1:5001; it is '{value}'.");

    /// <summary>Creates a folder if necessary, and checks that it can be written to.</summary>
    /// <exception cref="BadInputException">The folder cannot be created or written to.</exception>
    public static string CheckFolder(string path, string option)
    {
        try
        {
            Directory.CreateDirectory(path);
            var probe = Path.Combine(path, $".{Guid.CreateVersion7():n}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new BadInputException($"{option} '{path}' cannot be written to: {exception.Message} Name another folder.");
        }
    }

    private static int Fail(string program, string line)
    {
        Console.Error.WriteLine($"{program}: {line.ReplaceLineEndings(" ")}");
        return 2;
    }
}
