using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Kairship.Fleet.Clusters.Credentials;

/// <summary>A program that should have given credentials did not. The message never has what it printed: that may be the credentials.</summary>
internal sealed class ProgramException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Runs a program of this machine without a shell, for a bounded time and a bounded output.</summary>
internal static class ProgramOutput
{
    private const int MostOutput = 1 << 20;

    /// <exception cref="ProgramException">It is not there, failed, took too long or said too much.</exception>
    public static async Task<byte[]> ReadAsync(
        string command, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var process = Start(start);
        try
        {
            process.StandardInput.Close();
            var errors = DrainAsync(process.StandardError.BaseStream, either.Token);
            var output = await ReadAsync(process.StandardOutput.BaseStream, either.Token);
            await errors;
            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0 ? output : throw new ProgramException($"it ended with exit code {process.ExitCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ProgramException($"it did not end within {timeout.TotalSeconds:0.#} s");
        }
        catch (IOException exception)
        {
            throw new ProgramException("its output cannot be read", exception);
        }
        finally
        {
            Kill(process);
        }
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException or FileNotFoundException)
        {
            throw new ProgramException("it cannot be started: install it where the server runs, or give its absolute path", exception);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        var buffer = new byte[8 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            all.Write(buffer, 0, read);
            if (all.Length > MostOutput)
            {
                throw new ProgramException($"it printed more than {MostOutput} bytes");
            }
        }

        return all.ToArray();
    }

    private static async Task DrainAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[4 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
            // Thrown away: a full pipe would hold the program up, and what it says may be a secret.
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception)
        {
            // It ended by itself just now.
        }
    }
}
