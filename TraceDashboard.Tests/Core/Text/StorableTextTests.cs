using System.Text;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Tests.Core.Text;

public sealed class StorableTextTests
{
    [Fact]
    public void Clean_text_is_kept_byte_for_byte()
    {
        var text = "plain, ünïcode, 漢字 and 🙂"u8.ToArray();
        Assert.True(StorableText.IsClean(text));
        Assert.Equal(text, StorableText.Clean(text, 1000));
    }

    [Fact]
    public void NUL_is_left_out_and_invalid_bytes_become_the_replacement_character()
    {
        byte[] bytes = [(byte)'a', 0, 0xFF, (byte)'b', 0xE2, 0x82, (byte)'c', 0xED, 0xA0, 0x80, 0];
        Assert.False(StorableText.IsClean(bytes));
        var cleaned = Encoding.UTF8.GetString(StorableText.Clean(bytes, 1000));
        Assert.StartsWith("a\uFFFDb\uFFFDc\uFFFD", cleaned, StringComparison.Ordinal);
        Assert.Equal(Encoding.UTF8.GetString(bytes).Replace("\0", "", StringComparison.Ordinal), cleaned);
        Assert.True(StorableText.IsClean(Encoding.UTF8.GetBytes(cleaned)));
    }

    [Fact]
    public void A_long_text_is_cut_between_characters_and_says_so()
    {
        var cut = StorableText.Clean("abc漢字"u8, 5);
        Assert.Equal("abc… [cut at 5 of 9 bytes]", Encoding.UTF8.GetString(cut));
        Assert.Equal("abc漢… [cut at 8 of 9 bytes]", Encoding.UTF8.GetString(StorableText.Clean("abc漢字"u8, 8)));
        Assert.Equal("abc漢字", Encoding.UTF8.GetString(StorableText.Clean("abc漢字"u8, 9)));
    }

    [Fact]
    public void Cleaning_many_invalid_bytes_takes_no_more_room_than_the_limit()
    {
        var bytes = new byte[1_000_000];
        bytes.AsSpan().Fill(0xFF);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var cleaned = StorableText.Clean(bytes, 1_000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
        Assert.EndsWith(new ContentCut(1_000, 1_000_000).Mark, Encoding.UTF8.GetString(cleaned), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_surrogate_in_a_string_is_replaced_and_a_pair_is_kept()
    {
        Assert.Equal("a\uFFFDb🙂", StorableText.Shorten("a\uD800b🙂", 100));
        Assert.Equal("a\uFFFD", Encoding.UTF8.GetString(StorableText.ToUtf8("a\0\uDC00", 100)));
    }

    [Fact]
    public void A_short_text_is_cut_by_characters()
    {
        Assert.Equal("ab…", StorableText.Shorten("abcdef", 3));
        Assert.Equal("a…", StorableText.Shorten("a🙂🙂", 3));
        Assert.Equal("漢字漢…", StorableText.Shorten(Encoding.UTF8.GetBytes(new string('漢', 1).Insert(1, "字漢字漢字")), 4));
    }
}
