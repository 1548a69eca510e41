using System.CommandLine;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Kairship.Api;
using Microsoft.AspNetCore.Connections;
using Spectre.Console;

namespace Kairship.Cli.Output;

/// <summary>A command cannot do what it was asked for; the message is one line for the user.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCodes.Refused) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}

internal static class ExitCodes
{
    public const int Refused = 1;

    /// <summary>Of diff and drift, as kubectl diff has it: 0 no difference, 1 a difference, more: it could not be found out.</summary>
    public const int Different = 1;
    public const int NotCompared = 2;

    /// <summary>Of placement: 0 placed, 2 placed nowhere.</summary>
    public const int Unschedulable = 2;
    public const int RolledBack = 3;
    public const int Aborted = 4;
    public const int Failed = 5;

    /// <summary>By the status that a release ended with.</summary>
    public static int Of(string status) => status switch
    {
        "Succeeded" => 0,
        "RolledBack" => RolledBack,
        "Aborted" or "Rejected" => Aborted,
        _ => Failed,
    };
}

/// <summary>Runs a command and turns what goes wrong into one line and an exit code.</summary>
internal static class Run
{
    private static readonly ConditionalWeakTable<Command, StrongBox<int>> Refusals = [];

    public static IAnsiConsole Errors { get; } = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public static async Task<int> InvokeAsync(RootCommand root, string[] args)
    {
        var refused = ExitCodes.Refused;
        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(30) };
            var parsed = root.Parse(args.Length > 0 ? args : ["--help"]);
            refused = Refusals.TryGetValue(parsed.CommandResult.Command, out var own) ? own.Value : refused;
            if (CommandHelp.Complaint(parsed) is { } complaint)
            {
                throw new CommandException(complaint, 2);
            }

            return await parsed.InvokeAsync(configuration);
        }
        catch (Exception e) when (Explain(e) is var (message, code) && message is not null)
        {
            Errors.MarkupLineInterpolated($"[red]error:[/] {message}");
            return code == ExitCodes.Refused ? refused : code;
        }
    }

    /// <summary>For commands whose exit code 1 is an answer: they are refused with another.</summary>
    public static Command RefusedWith(this Command command, int code)
    {
        Refusals.AddOrUpdate(command, new StrongBox<int>(code));
        return command;
    }

    private static (string? Message, int Code) Explain(Exception exception) => exception switch
    {
        CommandException e => (e.Message, e.ExitCode),
        Simulator.Control.SimulatorControlException or Simulator.State.SimulatorStateException => (exception.Message, ExitCodes.Refused),
        Server.Hosting.ServerStartException e => (e.Message, e.ExitCode),
        KairshipApiException { Status: 401 } => ("the server does not know this key: give one with --token, in $KAIRSHIP_TOKEN, or make one with the admin key", ExitCodes.Refused),
        KairshipApiException e => (e.Message, ExitCodes.Refused),
        HttpRequestException e => ($"the server cannot be reached: {e.Message}. Is it running ('kairship serve')? Is --server right?", ExitCodes.Refused),
        OperationCanceledException => ("cancelled", 130),
        SocketException or AddressInUseException => ($"a port cannot be listened on: {exception.Message}", ExitCodes.Refused),
        Delivery.Manifests.ManifestException e => (e.Message, 2),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException => (exception.Message, ExitCodes.Refused),
        _ => (null, 0),
    };

    /// <summary>Gives a command its work.</summary>
    public static Command Does(this Command command, Func<ParseResult, CancellationToken, Task<int>> action)
    {
        command.SetAction(action);
        return command;
    }

    /// <summary>Gives a command work with a server.</summary>
    public static Command Calls(this Command command, Func<ParseResult, KairshipClient, CancellationToken, Task<int>> action) =>
        command.Does(async (result, cancellationToken) =>
        {
            using var client = Connection.GlobalOptions.Connect(result);
            return await action(result, client, cancellationToken);
        });
}
