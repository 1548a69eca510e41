using System.Diagnostics;
using System.Text;
using Kairship.Delivery.Manifests;

namespace Kairship.Server.Applications.Sources;

/// <summary>
/// Runs kubectl or helm for rendering: no shell, no input, a home and a PATH that are empty, proxies that lead nowhere, bounded in time and output. What a
/// source says cannot make it reach the network, a cluster or the user's settings.
/// </summary>
internal sealed class ChildProgram(SourceLimits limits, TimeProvider time)
{
    private const int ComplaintLength = 2_000;

    /// <summary>The program's full path; null: it is not installed.</summary>
    public string? Find(string name) => (limits.Path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>What the program printed.</summary>
    /// <param name="program">From <see cref="Find"/>.</param>
    /// <param name="online">Leaves it the network and this process's PATH.</param>
    /// <exception cref="ManifestException">It ended badly, took too long or printed too much; the message has its last words.</exception>
    public async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, string folder, bool online, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(program);
        var home = Directory.CreateTempSubdirectory("kairship-source-");
        try
        {
            using var process = Process.Start(Prepare(program, arguments, folder, home.FullName, online)) ?? throw new ManifestException($"{name} could not be started.");
            using var limit = new CancellationTokenSource(limits.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                process.StandardInput.Close();
                var error = ReadAsync(process.StandardError, ComplaintLength, keepsReading: true, either.Token);
                var output = await ReadAsync(process.StandardOutput, limits.MaxBytes, keepsReading: false, either.Token)
                    ?? throw new ManifestException($"{name} printed more than {limits.MaxBytes:N0} bytes of manifests: split the application.");
                await process.WaitForExitAsync(either.Token);
                return process.ExitCode == 0 ? output : throw new ManifestException($"{name} ended with {process.ExitCode}: {(await error)!.Trim()}");
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ManifestException($"{name} was not done after {limits.Timeout.TotalSeconds:0} s and was stopped.", e);
            }
            finally
            {
                Kill(process);
            }
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ManifestException($"{program} cannot be run: {e.Message}", e);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    private ProcessStartInfo Prepare(string program, IReadOnlyList<string> arguments, string folder, string home, bool online)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = new UTF8Encoding(false, true),
        };
        start.Environment.Clear();
        foreach (var variable in (string[])["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HELM_CONFIG_HOME", "HELM_CACHE_HOME", "HELM_DATA_HOME"])
        {
            start.Environment[variable] = home;
        }

        start.Environment["KUBECONFIG"] = Path.Combine(home, "none");
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["PATH"] = online ? limits.Path : home;
        if (!online)
        {
            foreach (var proxy in (string[])["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"])
            {
                start.Environment[proxy] = "http://127.0.0.1:1";
            }
        }

        return start;
    }

    /// <summary>null: more than <paramref name="most"/> characters, unless the rest is read and thrown away.</summary>
    private static async Task<string?> ReadAsync(StreamReader reader, int most, bool keepsReading, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var chunk = new char[8_192];
        int read;
        while ((read = await reader.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (text.Length + read > most && !keepsReading)
            {
                return null;
            }

            text.Append(chunk, 0, Math.Min(read, Math.Max(0, most - text.Length)));
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
