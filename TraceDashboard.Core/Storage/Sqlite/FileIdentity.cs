using System.Runtime.InteropServices;

namespace TraceDashboard.Core.Storage.Sqlite;

/// <summary>Which file a path leads to, whatever the path.</summary>
/// <param name="Links">How many names the file has.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, uint Links)
{
    // struct statx of Linux, the same on every processor.
    private const int Size = 256;
    private const int LinksAt = 16;
    private const int InodeAt = 32;
    private const int DeviceAt = 136;
    private const int CurrentDirectory = -100;
    private const uint LinksAndInode = 0x104;

    /// <returns>Null when there is no such file, and where the system does not say it: everywhere but on Linux.</returns>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var result = new byte[Size];
        if (Statx(CurrentDirectory, path, 0, LinksAndInode, result) != 0)
            return null;
        return new FileIdentity(
            MemoryMarshal.Read<ulong>(result.AsSpan(DeviceAt)), MemoryMarshal.Read<ulong>(result.AsSpan(InodeAt)), MemoryMarshal.Read<uint>(result.AsSpan(LinksAt)));
    }

    public bool IsSameFile(FileIdentity other) => (Device, Inode) == (other.Device, other.Inode);

    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] result);
}
