using System.Diagnostics;
using Kairship.EndToEnd.Tests.Processes;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>Runs the command line to its end, as one user in one shell: with an environment of its own and no server's key lying around.</summary>
internal sealed class CommandRunner(TempFolder folder, Uri? server = null, string? token = null)
{
    /// <summary>What takes longer hangs.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(120);

    public Task<CommandResult> RunAsync(params IReadOnlyList<string> arguments) => RunWithInputAsync("", arguments);

    public async Task<CommandResult> RunWithInputAsync(string input, params IReadOnlyList<string> arguments)
    {
        var environment = new Dictionary<string, string> { ["XDG_DATA_HOME"] = folder.Sub("home") };
        if (server is not null)
        {
            environment["KAIRSHIP_SERVER"] = server.AbsoluteUri;
        }

        if (token is not null)
        {
            environment["KAIRSHIP_TOKEN"] = token;
        }

        var info = KairshipProcess.Describe(arguments, environment);
        info.RedirectStandardInput = true;
        info.WorkingDirectory = folder.Path;
        using var process = Process.Start(info)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Limit, TimeProvider.System);
        var command = string.Join(' ', arguments);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill();
            throw new TimeoutException($"kairship {command} did not end within {Limit.TotalSeconds} s; it said:\n{await output}{await error}", e);
        }

        return new CommandResult(command, process.ExitCode, await output, await error);
    }
}
